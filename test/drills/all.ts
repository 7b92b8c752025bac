/** Every drill, in the order in which they run. */

import { crash } from "./crash.ts";
import type { Drill } from "./drill.ts";
import { folderFaults } from "./folder-faults.ts";
import { fullDisk } from "./full-disk.ts";
import { fuzz } from "./fuzz.ts";
import { purge } from "./purge.ts";
import { replacedSource } from "./replaced-source.ts";
import { storeFaults } from "./store-faults.ts";

export const drills: readonly Drill[] = [
  crash,
  storeFaults,
  folderFaults,
  fullDisk,
  replacedSource,
  purge,
  fuzz,
];
