/** Every drill, in the order in which they run. */

import { crash } from "./crash.ts";
import type { Drill } from "./drill.ts";
import { folderFaults } from "./folder-faults.ts";
import { fullDisk } from "./full-disk.ts";
import { fuzz } from "./fuzz.ts";
import { hostileRequests } from "./hostile-requests.ts";
import { pressure } from "./pressure.ts";
import { purge } from "./purge.ts";
import { replacedSource } from "./replaced-source.ts";
import { shutdown } from "./shutdown.ts";
import { soak } from "./soak.ts";
import { storeFaults } from "./store-faults.ts";

export const drills: readonly Drill[] = [
  crash,
  storeFaults,
  folderFaults,
  fullDisk,
  replacedSource,
  purge,
  fuzz,
  hostileRequests,
  pressure,
  shutdown,
  soak,
];
