// Runs in Deno, in Node.js and in a browser's page, and prints what it found there.
import { useDevice } from "@lacuna/tensor";
import { probeNetwork } from "./_probe_network.ts";

const { detail } = await useDevice("wasm");
console.log(JSON.stringify({ detail, numbers: await probeNetwork() }));
