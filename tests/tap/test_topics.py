"""The tap's routes from a topic: record by record, in the shape in which SNS would have told the step itself."""

from __future__ import annotations

import json

from tests.tap.events import (
    BUCKET,
    KEY,
    QUEUE,
    STEP,
    TEST_EVENT,
    TOPIC,
    Clients,
    eventbridge,
    forwarded,
    from_topic,
    of_s3,
    route,
    sns,
)
from tests.tap.record import recorded

OTHER = "weather/1.csv.gz"
TO_QUEUE = {"queue": QUEUE}


def test_a_function_gets_snss_event_unchanged() -> None:
    event = sns(of_s3(KEY), MessageAttributes={"a": {"Type": "String", "Value": "x"}})
    assert forwarded(event, from_topic()).clients.invoked == [(STEP, event)]


def test_a_documented_event_passes_and_is_told_on_as_documented() -> None:
    event = recorded("documented", "sns")
    bucket, topic = "amzn-s3-demo-bucket", event["Records"][0]["Sns"]["TopicArn"]
    every = {"bucket": bucket, "topic": topic, "prefix": "red flower", "suffix": ".jpg"}
    routes = [from_topic(**every), from_topic(**every, to=TO_QUEUE), from_topic(**every, to=TO_QUEUE, raw=True)]
    done = forwarded(event, *routes, from_topic(**every, shape="s3"))
    assert done.clients.invoked == [(STEP, event), (STEP, recorded("documented", "s3"))]
    bodies = [recorded("documented", name)["Records"][0]["body"] for name in ("sns-sqs", "sns-sqs-raw")]
    assert [body for _, body, _ in done.clients.sent] == bodies


def test_a_message_of_which_all_may_pass_keeps_its_text_and_so_its_signature() -> None:
    spaced = json.dumps(json.loads(of_s3(KEY, KEY + ".csv.gz")), indent=3)
    ((_, payload),) = forwarded(sns(spaced), from_topic()).clients.invoked
    assert payload["Records"][0]["Sns"]["Message"] == spaced


def test_only_the_records_that_pass_go_on_and_only_messages_with_such() -> None:
    event = sns(of_s3(KEY, OTHER), of_s3(OTHER), of_s3(OTHER, "flights/é 2.csv.gz", OTHER))
    done = forwarded(event, from_topic(), from_topic(to=TO_QUEUE, raw=True), from_topic(shape="s3"))
    first, third = of_s3(KEY), of_s3("flights/é 2.csv.gz")
    expected = sns(first, "", third)
    ((_, payload), *singly) = done.clients.invoked
    for record in payload["Records"]:
        record["Sns"]["Message"] = json.dumps(json.loads(record["Sns"]["Message"]))
    assert payload == {"Records": [expected["Records"][0], expected["Records"][2]]}
    assert [json.loads(body) for _, body, _ in done.clients.sent] == [json.loads(first), json.loads(third)]
    assert singly == [(STEP, json.loads(first)), (STEP, json.loads(third))]
    queue = QUEUE.rsplit("/", 1)[1]
    assert done.to == [[STEP, queue, STEP], [], [], [], [STEP, queue, STEP], []]
    assert [line["key"] for line in done.lines] == [KEY, OTHER, OTHER, OTHER, "flights/é 2.csv.gz", OTHER]


def test_a_queue_gets_the_envelope_that_sns_sends_to_queues() -> None:
    attributes = {"a": {"Type": "String", "Value": "x"}, "b": {"Type": "Binary", "Value": "AAE="}}
    event = sns(of_s3(KEY), Subject=None, MessageAttributes=attributes)
    ((_, body, beside),) = forwarded(event, from_topic(to=TO_QUEUE)).clients.sent
    came = event["Records"][0]["Sns"]
    assert beside == {}
    assert json.loads(body) == {
        "Type": "Notification",
        "MessageId": "message-0",
        "TopicArn": TOPIC,
        "Message": of_s3(KEY),
        "Timestamp": came["Timestamp"],
        "SignatureVersion": "1",
        "Signature": "signed",
        "SigningCertURL": came["SigningCertUrl"],
        "UnsubscribeURL": came["UnsubscribeUrl"],
        "MessageAttributes": attributes,
    }


def test_raw_delivery_hands_the_attributes_on_beside_the_message() -> None:
    attributes = {
        "a": {"Type": "String", "Value": "x"},
        "b": {"Type": "Binary", "Value": "AAE="},
        "c": {"Type": "String.Array", "Value": '["x"]'},
        "d": {"Type": "Number", "Value": "1"},
    }
    event = sns(of_s3(KEY), MessageAttributes=attributes)
    assert forwarded(event, from_topic(to=TO_QUEUE, raw=True)).clients.sent == [
        (
            QUEUE,
            of_s3(KEY),
            {
                "a": {"DataType": "String", "StringValue": "x"},
                "b": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
                "c": {"DataType": "String.Array", "StringValue": '["x"]'},
                "d": {"DataType": "Number", "StringValue": "1"},
            },
        )
    ]


def test_topic_bucket_and_event_type_must_fit() -> None:
    assert forwarded(sns(of_s3(KEY), topic=TOPIC + "-2"), from_topic()).to == [[]]
    assert forwarded(sns(of_s3(KEY, bucket="flights-clean")), from_topic()).to == [[]]
    assert forwarded(sns(of_s3(KEY, name="ObjectRemoved:Delete")), from_topic()).to == [[]]
    assert forwarded(sns(of_s3(KEY, name="ObjectCreated:Copy")), from_topic(events=["s3:ObjectCreated:Copy"])).to == [
        [STEP]
    ]
    assert forwarded(sns(of_s3(KEY)), route(bucket=BUCKET)).to == [[]]
    assert forwarded(sns(of_s3(KEY)), from_topic(), from_topic(topic=TOPIC + "-2", to={"function": "b"})).to == [[STEP]]


def test_test_events_and_other_peoples_messages_are_ignored() -> None:
    for message in (json.dumps(TEST_EVENT), "hello", "[1]", "null", '{"Records": []}', '{"Records": [{"x": 1}]}'):
        done = forwarded(sns(message), from_topic())
        assert done.lines == [{"ghost": "tap", "to": [], "ignored": True}] and done.clients == Clients(("",))


def test_an_object_is_forwarded_though_a_test_event_came_with_it() -> None:
    ((_, payload),) = forwarded(sns(json.dumps(TEST_EVENT), of_s3(KEY)), from_topic()).clients.invoked
    assert [record["Sns"]["MessageId"] for record in payload["Records"]] == ["message-1"]


def test_both_sources_tell_the_same_key() -> None:
    key = "flights/a b+%2B&é=☃.csv.gz"
    lines = [forwarded(event, route(), from_topic()).lines for event in (eventbridge(key), sns(of_s3(key)))]
    assert lines[0] == lines[1] == [{"ghost": "tap", "key": key, "bucket": BUCKET, "to": [STEP]}]
