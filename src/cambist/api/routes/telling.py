"""Cambist's own endpoints of what is told: events, thresholds, webhooks."""

from cambist.api import (
    events,
    thresholds,
    webhooks,
)
from cambist.api.endpoint import Endpoint
from cambist.api.streaming import EVENT_STREAM
from cambist.core.terms import Permission

READ, WRITE = Permission.ACCOUNTS_READ, Permission.ACCOUNTS_WRITE

TELLING = (
    Endpoint(
        "GET",
        "/cambist/v1/events",
        events.events,
        READ,
        parameters=(events.AFTER, events.KINDS, events.ACCOUNT, events.FOR_S),
        answer=events.EventSent,
        media_type=EVENT_STREAM,
        asked_headers=events.HEADERS,
        about="What becomes of your accounts, as server-sent events: from now on, or where you left off.",
    ),
    Endpoint(
        "GET",
        "/cambist/v1/events/list",
        events.events_list,
        READ,
        parameters=(events.AFTER, events.KINDS, events.ACCOUNT, events.LIMIT),
        answer=events.EventsTold,
        about="The same as a list, the oldest first; events are kept for 7 days, those of loads for 2.",
    ),
    Endpoint(
        "GET",
        "/cambist/v1/thresholds",
        thresholds.thresholds,
        READ,
        answer=list[thresholds.ThresholdTold],
        about="The figures that you want to be told of.",
    ),
    Endpoint(
        "POST",
        "/cambist/v1/thresholds",
        thresholds.add,
        WRITE,
        parameters=(thresholds.MEASURE, thresholds.SIDE, thresholds.VALUE, thresholds.ACCOUNT),
        answer=thresholds.ThresholdTold,
        status=201,
        about="Be told, by an event, when a load brings a figure across a value.",
    ),
    Endpoint(
        "DELETE",
        "/cambist/v1/thresholds/{threshold_id}",
        thresholds.remove,
        WRITE,
        answer=bool,
        about="Be told no more.",
    ),
    Endpoint(
        "GET",
        "/cambist/v1/webhooks",
        webhooks.webhooks,
        READ,
        answer=list[webhooks.WebhookTold],
        about="Where your events are sent, and how that goes.",
    ),
    Endpoint(
        "POST",
        "/cambist/v1/webhooks",
        webhooks.add,
        WRITE,
        parameters=(webhooks.URL, webhooks.KINDS),
        answer=webhooks.WebhookKept,
        status=201,
        about="Have your events sent to an address, from now on, signed as Standard Webhooks has it.",
    ),
    Endpoint(
        "POST",
        "/cambist/v1/webhooks/{webhook_id}/rotate",
        webhooks.rotate,
        WRITE,
        answer=webhooks.WebhookKept,
        status=201,
        about="Another secret; for a day the one before signs as well.",
    ),
    Endpoint(
        "POST",
        "/cambist/v1/webhooks/{webhook_id}/test",
        webhooks.try_,
        WRITE,
        answer=webhooks.TryTold,
        status=201,
        about="Send a test event at once; where that succeeds, a disabled webhook is enabled again.",
    ),
    Endpoint(
        "DELETE",
        "/cambist/v1/webhooks/{webhook_id}",
        webhooks.remove,
        WRITE,
        answer=bool,
        about="Send nothing more there; what is on its way is forgotten.",
    ),
)
