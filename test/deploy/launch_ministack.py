"""ministack, corrected in two points in which its Function URLs differ from those of AWS:
what IAM knows of a signed request's caller is in the event, and the path in it is percent-encoded."""

import runpy
from urllib.parse import quote

import ministack.services.lambda_svc as lambda_service

build_event = lambda_service._build_function_url_event


def build_event_as_aws(*args, **kwargs):
    event = build_event(*args, **kwargs)
    event["rawPath"] = quote(event["rawPath"], safe="/:@!$&'()*+,;=~-._")
    context = event["requestContext"]
    if not kwargs.get("anonymous"):
        account = context["accountId"]
        context["authorizer"] = {
            "iam": {"accountId": account, "userArn": f"arn:aws:iam::{account}:user/test"}
        }
    return event


lambda_service._build_function_url_event = build_event_as_aws
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
