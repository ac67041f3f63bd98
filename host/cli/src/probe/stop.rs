//! The wish to end early: an interrupt, after which what was measured so far is reported.

use std::{process, time::Duration};

use tokio::{signal, sync::watch, time};

/// What a shell says of a program that SIGINT ended.
const INTERRUPTED: i32 = 130;

#[derive(Clone)]
pub(super) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Set by the first interrupt; a second one ends the program at once.
    pub(super) fn on_interrupt() -> Self {
        let (told, is_told) = watch::channel(false);
        tokio::spawn(async move {
            if signal::ctrl_c().await.is_err() {
                // Nobody listens for interrupts, so that one ends the program.
                return;
            }
            told.send_replace(true);
            eprintln!("probe: sending no more, waiting for the answers under way");
            let _ = signal::ctrl_c().await;
            process::exit(INTERRUPTED);
        });
        Self(is_told)
    }

    pub(super) fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits so long, or until it is set.
    pub(super) async fn sleep(&self, duration: Duration) {
        let mut is_told = self.0.clone();
        let told = async {
            if is_told.wait_for(|is_told| *is_told).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = told => {}
            () = time::sleep(duration) => {}
        }
    }
}
