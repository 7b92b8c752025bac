/** origin-request: answers with a page of its own, as in "Generate HTTP responses: serve static content". */

import type { CloudFrontRequestHandler } from "aws-lambda";

const page = `<!DOCTYPE html>
<html lang="en">
  <head><meta charset="utf-8"><title>Simple Lambda@Edge static content response</title></head>
  <body><p>Hello from Lambda@Edge!</p></body>
</html>
`;

export const handler: CloudFrontRequestHandler = async () => ({
  status: "200",
  statusDescription: "OK",
  headers: {
    "cache-control": [{ key: "Cache-Control", value: "max-age=100" }],
    "content-type": [{ key: "Content-Type", value: "text/html; charset=utf-8" }],
  },
  body: page,
});
