"""The Smart Data Models as the initiative's own package lists them: what an entity of a type may have."""

import gzip
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec

SUBJECTS = {
    "Vehicle": "dataModel.Transportation",
    "TrafficFlowObserved": "dataModel.Transportation",
    "WeatherObserved": "dataModel.Weather",
}


class _Attribute(msgspec.Struct, rename={"model": "dataModel", "subject": "repoName", "ngsi": "typeNGSI"}):
    property: str
    model: str
    subject: str
    type: Any = None
    ngsi: str | None = None
    enum: Any = None
    format: Any = None
    parent: str | None = msgspec.field(default=None, name="parentId")


class _Model(msgspec.Struct, rename={"model": "dataModel"}):
    subject: str
    model: str
    required: Any = None


def check(entity: dict[str, Any]) -> None:
    """An entity in normalized form has what its model wants, and nothing that it does not know.

    Raises:
        AssertionError: an attribute is of another NGSI-LD type than in the model.
        jsonschema.ValidationError: an attribute that is unknown, missing, or of another value.
    """
    attributes = _attributes(entity["type"])
    plain: dict[str, Any] = {}
    for name, attribute in entity.items():
        if name in ("id", "type"):
            plain[name] = attribute
        elif name != "@context":
            assert name in attributes, name
            assert attribute["type"] == attributes[name].ngsi, name
            value = attribute["value"]
            plain[name] = value["@value"] if isinstance(value, dict) and "@value" in value else value
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.validate(plain, _schema(entity["type"]), format_checker=checker)


@cache
def _schema(model: str) -> dict[str, Any]:
    properties = {
        name: {
            "type": attribute.type,
            **({"enum": attribute.enum} if attribute.enum else {}),
            **({"format": attribute.format} if attribute.format else {}),
        }
        for name, attribute in _attributes(model).items()
    }
    (required,) = (one.required for one in _models() if (one.model, one.subject) == (model, SUBJECTS[model]))
    return {"properties": properties, "required": required, "additionalProperties": False}


@cache
def _attributes(model: str) -> dict[str, _Attribute]:
    found: dict[str, _Attribute] = {}
    for one in _all_attributes():
        # GeoJSON's own members stand between them, without an NGSI-LD type.
        if (one.model, one.subject, one.parent) == (model, SUBJECTS[model], None) and one.ngsi:
            found.setdefault(one.property, one)
    return found


@cache
def _all_attributes() -> list[_Attribute]:
    packed = (_assets() / "smartdatamodels.json.gz").read_bytes()
    return [
        one
        for one in msgspec.json.decode(gzip.decompress(packed), type=list[_Attribute])
        if one.model in SUBJECTS
    ]


@cache
def _models() -> list[_Model]:
    return msgspec.json.decode((_assets() / "datamodels_metadata.json").read_bytes(), type=list[_Model])


def _assets() -> Path:
    # Not imported: that takes 2 s, and only the data is wanted.
    spec = importlib.util.find_spec("pysmartdatamodels")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "model-assets"
