//! Paths without what a gateway puts in front of them: a stage, or the base path of a custom domain.

use serde_json::Value;

use super::fields::text;

/// The path of payload 2.0, whose `rawPath` begins with the stage unless that is `$default`.
pub(super) fn http_api(event: &Value) -> String {
    without_stage(text(&event["rawPath"]), &event["requestContext"])
}

/// The path of payload 1.0. Behind a custom domain `path` begins with the base path of the mapping; what `resource`
/// spells out does not. An HTTP API that asks for this format leaves its stage there.
pub(super) fn rest_api(event: &Value) -> String {
    let path = text(&event["path"]);
    let context = &event["requestContext"];
    let routed = routed(text(&event["resource"]), &event["pathParameters"]);
    if let Some(routed) = routed.filter(|routed| path.ends_with(routed.as_str())) {
        return routed;
    }
    let is_http_api = text(&event["version"]) == "1.0" && text(&context["path"]) == path;
    if is_http_api { without_stage(path, context) } else { path.to_owned() }
}

/// The path of a VPC Lattice event of either version.
pub(super) fn lattice(event: &Value) -> String {
    let path = event["raw_path"].as_str().unwrap_or_else(|| text(&event["path"]));
    path.split('?').next().unwrap_or_default().to_owned()
}

fn without_stage(path: &str, context: &Value) -> String {
    let stage = text(&context["stage"]);
    if stage.is_empty() || stage == "$default" {
        return path.to_owned();
    }
    match path.strip_prefix('/').and_then(|rest| rest.strip_prefix(stage)) {
        Some("") => "/".to_owned(),
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => path.to_owned(),
    }
}

/// A resource such as `/{proxy+}` with its parameters filled in; `None` when one is missing.
fn routed(resource: &str, parameters: &Value) -> Option<String> {
    let segments = resource.strip_prefix('/')?.split('/');
    let filled = segments.map(|segment| match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
        Some(name) => parameters[name.strip_suffix('+').unwrap_or(name)].as_str(),
        None => Some(segment),
    });
    Some(format!("/{}", filled.collect::<Option<Vec<_>>>()?.join("/")))
}
