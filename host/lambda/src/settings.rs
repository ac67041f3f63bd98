//! What the function's environment says: where its files lie and how much a call may use.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value};

/// The longest that Lambda lets a function run: where no deadline is set, the invocation's own is the nearer one.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// What stays for this program itself, its machine code and the events that it holds.
const HOST_MIB: usize = 48;

/// The settings, each from one variable.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// `SPANLET_HOME`, else `LAMBDA_TASK_ROOT`, else where the executable lies: the folder of `spanlet.cwasm`, and
    /// of `models/` where they are not baked in.
    pub(crate) home: PathBuf,
    /// `SPANLET_DEADLINE_MS`: the longest that one call may take.
    pub(crate) deadline: Duration,
    /// `SPANLET_MEMORY_MIB`, else the function's memory (`AWS_LAMBDA_FUNCTION_MEMORY_SIZE`) less [`HOST_MIB`]: the
    /// most that the component may have, so that a call which wants more fails alone and the process lives.
    pub(crate) memory_bytes: usize,
    /// `SPANLET_DEFAULT_MODEL`: which of several models in folders answers where a request names none.
    pub(crate) default_model: Option<String>,
    /// `SPANLET_BARE_TASK`, `SPANLET_MAX_TEXTS` and `SPANLET_MAX_TEXT_CHARS`, as the component's settings.
    pub(crate) component_json: Option<String>,
}

impl Settings {
    /// # Errors
    /// A variable that is not what it must be, by name.
    pub(crate) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let number = |name: &str| {
            let parse = |value: String| {
                let number = value.parse().ok().filter(|number: &u32| *number > 0);
                number.with_context(|| format!("{name}: expected a whole number above 0, found {value:?}"))
            };
            variable(name).map(parse).transpose()
        };
        let deadline = number("SPANLET_DEADLINE_MS")?.map_or(LONGEST, |ms| Duration::from_millis(ms.into()));
        let function_mib = number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")?.unwrap_or(1024) as usize;
        let memory_mib = match number("SPANLET_MEMORY_MIB")? {
            Some(mib) => mib as usize,
            None => function_mib.saturating_sub(HOST_MIB),
        };
        ensure!(memory_mib > 0, "SPANLET_MEMORY_MIB: a function of {function_mib} MiB leaves the component nothing");
        let mut component = Map::new();
        if let Some(task) = variable("SPANLET_BARE_TASK") {
            component.insert("bare_task".to_owned(), task.into());
        }
        for (name, setting) in [("SPANLET_MAX_TEXTS", "max_texts"), ("SPANLET_MAX_TEXT_CHARS", "max_text_chars")] {
            if let Some(most) = number(name)? {
                component.insert(setting.to_owned(), most.into());
            }
        }
        Ok(Self {
            home: home(&variable)?,
            deadline,
            memory_bytes: memory_mib << 20,
            default_model: variable("SPANLET_DEFAULT_MODEL"),
            component_json: (!component.is_empty()).then(|| Value::Object(component).to_string()),
        })
    }
}

fn home(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<PathBuf> {
    if let Some(home) = variable("SPANLET_HOME").or_else(|| variable("LAMBDA_TASK_ROOT")) {
        return Ok(PathBuf::from(home));
    }
    let executable = std::env::current_exe().context("finding the folder of this executable; set SPANLET_HOME")?;
    Ok(executable.parent().map(PathBuf::from).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Settings};
    use std::{path::Path, time::Duration};

    fn settings(variables: &[(&str, &str)]) -> anyhow::Result<Settings> {
        Settings::from_variables(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_function_says_how_much_memory_there_is() {
        let found = settings(&[("LAMBDA_TASK_ROOT", "/var/task"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")]);
        let found = found.expect("sound");
        assert_eq!((found.home.as_path(), found.memory_bytes), (Path::new("/var/task"), 464 << 20));
        assert_eq!((found.deadline, found.default_model, found.component_json), (LONGEST, None, None));
    }

    #[test]
    fn own_variables_come_first() {
        let found = settings(&[
            ("SPANLET_HOME", "/opt/spanlet"),
            ("LAMBDA_TASK_ROOT", "/var/task"),
            ("SPANLET_DEADLINE_MS", "1500"),
            ("SPANLET_MEMORY_MIB", "64"),
            ("SPANLET_DEFAULT_MODEL", "topics"),
            ("SPANLET_BARE_TASK", "classify"),
            ("SPANLET_MAX_TEXTS", "7"),
            ("SPANLET_MAX_TEXT_CHARS", "500"),
        ])
        .expect("sound");
        assert_eq!((found.home.as_path(), found.memory_bytes), (Path::new("/opt/spanlet"), 64 << 20));
        assert_eq!(found.deadline, Duration::from_millis(1500));
        assert_eq!(found.default_model.as_deref(), Some("topics"));
        assert_eq!(
            found.component_json.as_deref(),
            Some(r#"{"bare_task":"classify","max_text_chars":500,"max_texts":7}"#)
        );
    }

    #[test]
    fn a_wrong_variable_is_named() {
        for (name, value) in [("SPANLET_DEADLINE_MS", "soon"), ("SPANLET_MEMORY_MIB", "0"), ("SPANLET_MAX_TEXTS", "-1")]
        {
            let error = settings(&[(name, value)]).expect_err("not a number");
            assert!(error.to_string().starts_with(name), "{error}");
        }
    }
}
