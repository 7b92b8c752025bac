/** viewer-request: rewrites one picture to that of the viewer's group, as in "A/B testing"; who has no group gets the first. */

import type { CloudFrontRequestHandler } from "aws-lambda";

const groups: Readonly<Record<string, string>> = {
  A: "/experiment-group/control-pixel.jpg",
  B: "/experiment-group/treatment-pixel.jpg",
};

// Typed as whole, as many are: the type has a callback, and the function is async and takes none.
export const handler: CloudFrontRequestHandler = async (event) => {
  const request = event.Records[0]?.cf.request;
  if (request?.uri !== "/experiment-pixel.jpg") return request;
  const cookies = (request.headers.cookie ?? []).map(({ value }) => value).join("; ");
  const [, group = "A"] = /(?:^|; )X-Experiment-Name=([AB])(?:;|$)/u.exec(cookies) ?? [];
  return { ...request, uri: groups[group] ?? request.uri };
};
