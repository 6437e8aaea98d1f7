"""report_schema.py SCHEMA REPORT...: holds JSON reports against schemas/report.schema.json; says what does not fit.

The published schema lets later versions add members. Here nothing may be in a report that the schema does not describe.
"""
import json
import sys

import jsonschema


def closed(schema):
    """The schema with every object limited to the members it describes."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        result["additionalProperties"] = False
    return result


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(closed(schema))
    problems = 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        for error in validator.iter_errors(report):
            problems += 1
            print(f"{path}: {error.json_path}: {error.message}")
    return 1 if problems else 0


sys.exit(main())
