// What `imgseal probe` asks for under /_probe/. Deploy it as one Lambda@Edge function (nodejs22.x or nodejs24.x, handler
// index.handler) of a distribution for tests, at viewer-request, origin-request and viewer-response of a behavior with
// the path pattern /_probe/*. Each path breaks one rule that no page of AWS is clear about. It reads and writes nothing.

const answer = (more) => ({
  status: "200",
  headers: { "cache-control": [{ key: "Cache-Control", value: "no-store" }] },
  body: "probe",
  ...more,
});

const at = {
  "viewer-request": {
    "/_probe/hello": () =>
      answer({ headers: { "x-imgseal-probe": [{ key: "X-Imgseal-Probe", value: "1" }] } }),
    "/_probe/request-method": ({ request }) => ({ ...request, method: "POST" }),
    "/_probe/request-client-ip": ({ request }) => ({ ...request, clientIp: "192.0.2.1" }),
    "/_probe/uri-characters": ({ request }) => ({ ...request, uri: "/_probe/a b" }),
    "/_probe/origin-at-viewer-request": ({ request }) => ({
      ...request,
      origin: {
        s3: { authMethod: "none", customHeaders: {}, domainName: "a.s3.us-east-1.amazonaws.com", path: "" },
      },
    }),
  },
  "origin-request": {
    // 800,000 bytes fit into 1 MB, and the base64 of them does not.
    "/_probe/base64-size": () =>
      answer({ body: Buffer.alloc(800_000).toString("base64"), bodyEncoding: "base64" }),
    "/_probe/failure-page-not-cached": () => {
      throw new Error("this is what is probed");
    },
  },
  "viewer-response": {
    "/_probe/viewer-response-status": ({ response }) => ({
      ...response,
      status: "418",
      statusDescription: "Tea",
    }),
    "/_probe/viewer-response-body": ({ response }) => ({ ...response, body: "replaced" }),
  },
};

export async function handler(event) {
  const { config, request, response } = event.Records[0].cf;
  const act = at[config.eventType]?.[request.uri];
  if (act !== undefined) return act({ request, response });
  if (response !== undefined) return response;
  // Nothing under /_probe/ is asked of an origin.
  return config.eventType === "origin-request" ? answer({}) : request;
}
