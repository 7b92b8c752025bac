import { describe, expect, it } from "vitest";
import { createDistribution } from "../../src/local/cloudfront/distribution.ts";
import { plainDistribution } from "../../src/local/cloudfront/plain-distribution.ts";
import { createS3Origin } from "../../src/local/s3-origin.ts";

const objects = { "hello.txt": { body: "hello", contentType: "text/plain" } };

function ask(
  path: string,
  access: { readonly originAccessControl?: boolean; readonly listBucket?: boolean },
) {
  const description = plainDistribution([]);
  const origins = description.origins.map((origin) => ({ ...origin, ...access }));
  const distribution = createDistribution({
    description: { ...description, origins },
    functions: {},
    origin: createS3Origin(objects),
    pops: ["FRA56-P1"],
    cacheBytes: 1_000_000,
    nowMilliseconds: () => Date.parse("2026-11-23T10:00:00Z"),
  });
  return distribution.answer({
    id: "a-request",
    method: "GET",
    path,
    queryString: "",
    headers: { host: description.domainName },
    clientIp: "203.0.113.178",
  });
}

describe("what the description grants", () => {
  it.each([
    ["an object", "/hello.txt", {}, 200, "hello"],
    [
      "a missing key without s3:ListBucket",
      "/nowhere.txt",
      { listBucket: false },
      403,
      "<Code>AccessDenied</Code>",
    ],
    ["a missing key with s3:ListBucket", "/nowhere.txt", { listBucket: true }, 404, "<Code>NoSuchKey</Code>"],
    [
      "an object without an origin access control",
      "/hello.txt",
      { originAccessControl: false },
      403,
      "<Code>AccessDenied</Code>",
    ],
  ])("decides %s", async (_case, path, access, status, text) => {
    const answer = await ask(path, access);
    expect(answer.status).toBe(status);
    expect(answer.body?.toString()).toContain(text);
  });
});
