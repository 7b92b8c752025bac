import { startBundledJourney } from "../fixtures/bundled-journey.ts";
import { startJourney } from "../fixtures/journey.ts";
import { importBundle } from "../runtime/bundle-process.ts";
import { describeJourney } from "./journey-suite.ts";

describeJourney("in this process", () => startJourney());

describeJourney("through the zips that are deployed, each in a process of its own", () =>
  startBundledJourney((folder, env) => importBundle(folder, { env })),
);
