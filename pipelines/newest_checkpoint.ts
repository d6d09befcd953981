import { type Checkpoint, listCheckpoints, readCheckpoint } from "./checkpoint.ts";
import { CheckpointError } from "./errors.ts";

/** A checkpoint file that cannot be used. */
export type DamagedCheckpoint = {
  readonly path: string;
  /** What is wrong with it; it names the file. */
  readonly reason: string;
};

/** The newest checkpoint that is whole. */
export type NewestCheckpoint = {
  readonly checkpoint: Checkpoint;
  readonly path: string;
  /** Newer ones, which were passed over. */
  readonly damaged: readonly DamagedCheckpoint[];
};

/**
 * The newest whole checkpoint of a run folder, `undefined` where there is none yet.
 * @param folder The run folder.
 * @throws {CheckpointError} If there are checkpoints and none can be read.
 */
export function newestCheckpoint(folder: string): NewestCheckpoint | undefined {
  const damaged: DamagedCheckpoint[] = [];
  for (const path of listCheckpoints(`${folder}/checkpoints`).reverse()) {
    try {
      return { checkpoint: readCheckpoint(path), path, damaged };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      damaged.push({ path, reason: error.message });
    }
  }
  if (damaged.length === 0) return undefined;
  throw new CheckpointError(
    `${damaged.map(({ reason }) => reason).join("; ")}: remove ${folder} to start again`,
  );
}
