/** viewer-response: adds security headers, and takes over one that the origin sent, as in "Override a response header". */

import type { CloudFrontResponseEvent, CloudFrontResponseResult } from "aws-lambda";

export async function handler(event: CloudFrontResponseEvent): Promise<CloudFrontResponseResult> {
  const response = event.Records[0]?.cf.response;
  if (response === undefined) return response;
  const { headers } = response;
  headers["strict-transport-security"] = [{ key: "Strict-Transport-Security", value: "max-age=63072000" }];
  headers["x-content-type-options"] = [{ key: "X-Content-Type-Options", value: "nosniff" }];
  const served = headers["x-amz-meta-last-modified"]?.[0]?.value;
  if (served !== undefined) headers["last-modified"] = [{ key: "Last-Modified", value: served }];
  return response;
}
