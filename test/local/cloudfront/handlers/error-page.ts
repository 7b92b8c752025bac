/** origin-response: a page in place of S3's XML, as in "Update error statuses: update the status to 200". */

import type { CloudFrontResponseEvent, CloudFrontResponseResult } from "aws-lambda";

export async function handler(event: CloudFrontResponseEvent): Promise<CloudFrontResponseResult> {
  const response = event.Records[0]?.cf.response;
  if (response === undefined || Number(response.status) < 400) return response;
  response.headers["content-type"] = [{ key: "Content-Type", value: "text/plain" }];
  return { ...response, status: "200", statusDescription: "OK", body: "Body generation example" };
}
