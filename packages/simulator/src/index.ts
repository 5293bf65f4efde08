/** Genesys Cloud on loopback: start one, script trouble for it, look at what was asked of it. */
export type { SessionSummary, Speech } from "./control.js";
export type { Fault } from "./faults.js";
export type { RecordedFrame, RecordedRequest } from "./recorder.js";
export type { SimulatorClient, SimulatorOptions } from "./settings.js";
export { type Simulator, startSimulator } from "./simulator.js";
