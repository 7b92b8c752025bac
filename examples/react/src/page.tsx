import { SealImg, useGrant } from "@imgseal/sdk/react";
import { presets } from "./presets";

const baseUrl: string = import.meta.env.IMGSEAL_URL;

export function Page() {
  const grant = useGrant(async () => (await fetch("/grant")).text());
  const alps = { baseUrl, grant, source: "photos/french-alpine-landscape.jpg" };
  const cat = { baseUrl, grant, source: "photos/house-cat.jpg" };
  return (
    <main>
      <SealImg
        presets={presets}
        picture={{ ...alps, preset: "banner" }}
        alt="A valley in the Alps"
        sizes="100vw"
        priority
      />
      <SealImg presets={presets} picture={{ ...cat, preset: "card" }} alt="A cat, trotting" />
      <SealImg presets={presets} picture={{ ...cat, preset: "avatar" }} alt="The same cat" />
    </main>
  );
}
