//! Who is measured.

use std::path::PathBuf;
use std::process::Command;

use super::Setting;
use crate::worker::Worker;

/// Who answers, and in what numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contestant {
    /// onnxruntime for this machine, given ids. All others are compared with it.
    Native,
    /// The same with weights and inputs of 8 bits, as its dynamic quantisation makes them.
    NativeInt8,
    /// onnxruntime-web in Node, given ids.
    Web,
    /// The same with weights and inputs of 8 bits.
    WebInt8,
    /// The component in wasmtime, given texts.
    Component,
    /// The same with weights of 8 bits.
    ComponentInt8,
    /// The component with a graph that its encoder does not know, so that tract runs it.
    Tract,
}

impl Contestant {
    /// The one that others are compared with first.
    pub(super) const ALL: [Self; 7] =
        [Self::Native, Self::NativeInt8, Self::Web, Self::WebInt8, Self::Component, Self::ComponentInt8, Self::Tract];

    /// As it stands in records.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Native => "onnxruntime f32",
            Self::NativeInt8 => "onnxruntime int8",
            Self::Web => "onnxruntime-web f32",
            Self::WebInt8 => "onnxruntime-web int8",
            Self::Component => "component f32",
            Self::ComponentInt8 => "component 8-bit",
            Self::Tract => "tract f32",
        }
    }

    /// What it loads: an export directory in the component, elsewhere the model's file alone.
    pub(super) fn model(self, setting: &Setting) -> PathBuf {
        let made = |path: &str| setting.folder.work("transformer").join(path);
        match self {
            Self::Native | Self::Web => made("f32/model.onnx"),
            Self::NativeInt8 | Self::WebInt8 => made("int8.onnx"),
            Self::Component => made("f32"),
            Self::ComponentInt8 => setting.export.clone(),
            Self::Tract => made("graph"),
        }
    }

    /// How far the likeliest label's probability may be from that of [`Self::Native`]; any distance, and another label
    /// too, where products are of 8 bits on both sides.
    pub(super) fn tolerance(self) -> Option<f32> {
        match self {
            Self::Native | Self::Web | Self::Component | Self::Tract => Some(1e-4),
            // Inputs of products are rounded to 16 bits.
            Self::ComponentInt8 => Some(2e-3),
            Self::NativeInt8 | Self::WebInt8 => None,
        }
    }

    /// Whether it runs in the component.
    pub(super) fn is_inside(self) -> bool {
        matches!(self, Self::Component | Self::ComponentInt8 | Self::Tract)
    }

    /// A process of its own.
    pub(super) fn start(self, setting: &Setting) -> anyhow::Result<Worker> {
        let (folder, model, texts) = (&setting.folder, self.model(setting), setting.texts());
        Worker::start(match self {
            Self::Native | Self::NativeInt8 => {
                let mut command = Command::new(&setting.python);
                command.arg(folder.source("official/onnx_worker.py")).args([model, texts]);
                command.arg(setting.export.join("tokenizer.json"));
                command
            }
            Self::Web | Self::WebInt8 => {
                let mut command = Command::new("node");
                command.arg(folder.source("web/worker.js")).args([model, texts]);
                command
            }
            Self::Component | Self::ComponentInt8 | Self::Tract => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("transformer-worker").args([model, texts, folder.whole_component()?]);
                command
            }
        })
    }
}
