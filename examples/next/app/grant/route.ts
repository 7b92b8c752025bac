import { signer } from "../../signer";

export const dynamic = "force-dynamic";

export async function GET() {
  // Whoever asks should be known here: this is what opens the pictures.
  return new Response(await signer.grant({ presets: ["avatar"], sources: ["photos/"], expiresIn: "1h" }));
}
