#!/usr/bin/env bash
# Writes the files of the exports that the target `export` knows, each behind the byte that says which it is.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p corpus/export
number=0
for export in bert-ner roberta-classes xlm-roberta-vectors dynamic-classes; do
  for file in model.onnx tokenizer.json config.json; do
    { printf "\\x$(printf %02x "$number")"; cat "../tests/cases/transformer/$export/$file"; } > "corpus/export/$export-$file"
    number=$((number + 1))
  done
done
