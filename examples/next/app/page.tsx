import { imageProps } from "@imgseal/sdk/next";
import { SealImg } from "@imgseal/sdk/react";
import Image from "next/image";
import { connection } from "next/server";
import { Suspense } from "react";
import { presets } from "../presets";
import { baseUrl, signer } from "../signer";
import { Avatar } from "./avatar";

export default function Page() {
  return (
    <Suspense>
      <Pictures />
    </Suspense>
  );
}

async function Pictures() {
  // Signed for each request: what is rendered when the site is built would outlive its URLs.
  await connection();
  const banner = await signer.url("banner", "photos/french-alpine-landscape.jpg");
  const card = await signer.url("card", "photos/house-cat.jpg");
  return (
    <main>
      <Image
        {...imageProps(presets, banner, { alt: "A valley in the Alps", sizes: "100vw", priority: true })}
      />
      <SealImg presets={presets} picture={card} alt="A cat, trotting" />
      <Avatar baseUrl={baseUrl} source="photos/house-cat.jpg" />
    </main>
  );
}
