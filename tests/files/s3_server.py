"""A server that speaks S3 and checks signatures; run by the Python of requirements-s3.lock.

Says in one line of JSON where it listens and who may use it. Then, for each line on standard input
that names a bucket, says what lies in it: the keys, and how many uploads were never finished.
"""

import json
import os
import sys

os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "1000"  # until there is somebody to sign

import boto3
from moto import settings
from moto.server import ThreadedMotoServer

REGION = "us-east-1"


def main() -> None:
    """Until standard input ends."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"

    def service(name: str, key: str = "setup", secret: str = "setup"):
        return boto3.client(
            name,
            endpoint_url=url,
            region_name=REGION,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )

    people = service("iam")

    def key_of(name: str, effect: str) -> tuple[str, str]:
        people.create_user(UserName=name)
        rule = {"Effect": effect, "Action": "s3:*", "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [rule]}
        people.put_user_policy(UserName=name, PolicyName="files", PolicyDocument=json.dumps(policy))
        made = people.create_access_key(UserName=name)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    allowed, denied = key_of("yinling", "Allow"), key_of("stranger", "Deny")
    service("s3").create_bucket(Bucket="papers")
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    print(json.dumps({"url": url, "allowed": allowed, "denied": denied}), flush=True)  # noqa: T201
    store = service("s3", *allowed)
    for line in sys.stdin:
        bucket = line.strip()
        objects = store.list_objects_v2(Bucket=bucket).get("Contents", [])
        uploads = store.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        held = {"keys": sorted(each["Key"] for each in objects), "unfinished": len(uploads)}
        print(json.dumps(held), flush=True)  # noqa: T201
    server.stop()


if __name__ == "__main__":
    main()
