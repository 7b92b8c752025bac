"use client";

import { SealImg, useGrant } from "@imgseal/sdk/react";
import { presets } from "../presets";

export function Avatar({ baseUrl, source }: { baseUrl: string; source: string }) {
  const grant = useGrant(async () => (await fetch("/grant")).text());
  return (
    <SealImg presets={presets} picture={{ baseUrl, grant, preset: "avatar", source }} alt="The same cat" />
  );
}
