/** origin-request: sends viewers of some countries to a site of their own, as in "Redirect viewer requests to a country-specific URL". */

import type { CloudFrontRequestEvent, CloudFrontRequestResult } from "aws-lambda";

const sites: Readonly<Record<string, string>> = {
  DE: "https://de.example.com",
  TW: "https://tw.example.com",
};

// CloudFront adds the header where a policy lists it, after viewer-request.
export async function handler(event: CloudFrontRequestEvent): Promise<CloudFrontRequestResult> {
  const request = event.Records[0]?.cf.request;
  const country = request?.headers["cloudfront-viewer-country"]?.[0]?.value;
  const site = country === undefined ? undefined : sites[country];
  if (request === undefined || site === undefined) return request;
  return {
    status: "302",
    statusDescription: "Found",
    headers: { location: [{ key: "Location", value: `${site}${request.uri}` }] },
  };
}
