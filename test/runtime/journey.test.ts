/** The journey of a picture through the zips, as Lambda runs them. */

import { startBundledJourney } from "../fixtures/bundled-journey.ts";
import { describeJourney } from "../journey/journey-suite.ts";
import { nodes, startFunction } from "./runtime-client.ts";

for (const node of nodes) {
  describeJourney(`on Node ${node} under Lambda's runtime client`, () =>
    startBundledJourney((folder, env) => startFunction(folder, { node, env })),
  );
}
