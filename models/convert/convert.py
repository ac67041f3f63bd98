"""Makes of a spaCy pipeline directory with a transformer one that Spanlet loads.

    python convert.py PIPELINE OUT

Of each component that holds a transformer, what was pickled becomes `model.onnx`, `tokenizer.json` and `encoder.json`
beside it. All other files are copied byte for byte. `README.md` has the format and what is refused.
"""

import argparse
import json
import pathlib
import shutil
import sys

import srsly
from confection import Config

import curated
import hugging_face
from refusal import Refusal


def converters(config):
    """`(component, converter, section, path of the section)` of every transformer, in the order of the pipeline."""
    for name in config["nlp"]["pipeline"]:
        section, path = config["components"][name].get("model"), ("model",)
        while isinstance(section, dict):
            architecture = section.get("@architectures", "")
            for converter in (hugging_face, curated):
                if architecture.startswith(converter.ARCHITECTURES):
                    yield name, converter, section, path
            section, path = section.get("tok2vec"), (*path, "tok2vec")


def convert(pipeline, out):
    """Converts the directory `pipeline` into the new directory `out`; the names of the converted components."""
    pipeline, out = pathlib.Path(pipeline), pathlib.Path(out)
    if not (pipeline / "config.cfg").is_file():
        raise Refusal(f"{pipeline}: no config.cfg there; pass the directory that `nlp.to_disk` or `spacy train` wrote")
    if out.exists():
        raise Refusal(f"{out}: it exists; nothing is overwritten")
    config = Config().from_disk(pipeline / "config.cfg")
    found = list(converters(config))
    if not found:
        raise Refusal(f"{pipeline}: no component with a transformer; Spanlet loads it as it is")
    shutil.copytree(pipeline, out)
    try:
        for name, converter, section, path in found:
            convert_component(name, converter, section, path, out / name)
    except BaseException:
        shutil.rmtree(out)
        raise
    return [name for name, *_ in found]


def convert_component(name, converter, section, path, folder):
    """Converts one component in its folder."""
    file = folder / "model"
    if not file.is_file():
        raise Refusal(f"{name}: no file `model`; spacy-transformers 1.0 saved a directory: load it with a newer one and save it")
    layers = srsly.msgpack_loads(file.read_bytes())
    settings = converter.convert(name, section, layers, folder)
    (folder / "encoder.json").write_text(json.dumps(settings, indent=1) + "\n")
    if path == ("model",):
        file.unlink()
    else:
        # The layers behind the transformer are spaCy's own.
        layers["shims"] = [[] for _ in layers["shims"]]
        file.write_bytes(srsly.msgpack_dumps(layers))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("pipeline", type=pathlib.Path)
    options.add_argument("out", type=pathlib.Path)
    options = options.parse_args()
    try:
        names = convert(options.pipeline, options.out)
    except Refusal as refusal:
        sys.exit(f"convert.py: {refusal}")
    for name in names:
        megabytes = (options.out / name / "model.onnx").stat().st_size / 1e6
        print(f"{name}: {name}/model.onnx ({megabytes:.1f} MB), {name}/tokenizer.json, {name}/encoder.json")


if __name__ == "__main__":
    main()
