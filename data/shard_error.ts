/**
 * What a data set that cannot be trusted throws.
 * @module
 */
import { mendAdvice } from "./_mend_advice.ts";

/** What a shard or manifest can fail at. */
export type ShardCheck =
  | "exists" // the file is there
  | "manifest" // it is of the form, and does not contradict itself
  | "size" // the file is as long as the manifest says
  | "sha256" // the bytes are those that were written
  | "schema" // they are Arrow, with the manifest's columns
  | "rows" // as many as the manifest says
  | "offsets" // rows of varying length follow each other
  | "labels" // every label has a class
  | "text" // it is UTF-8
  | "statistics" // they are the manifest's
  | "contentHash"; // it is the manifest's

/** Where in a file it failed. */
export type ShardPlace = {
  /** Index of the block in its file. */
  readonly block?: number;
  /** Index of the row in its split. */
  readonly row?: number;
};

/** A shard or manifest is missing, damaged or of another kind; the message says what to do. */
export class ShardError extends Error {
  /** Of the class. */
  override readonly name = "ShardError";
  /** Path of the file that failed. */
  readonly file: string;
  /** What it failed at. */
  readonly check: ShardCheck;
  /** Where in the file, if it is known. */
  readonly place: ShardPlace;

  /**
   * An error that names the file, the place and the check, and the command that writes the data set again.
   * @param file Path of the file that failed.
   * @param check What it failed at.
   * @param found What was expected and what was found instead.
   * @param place Where in the file.
   */
  constructor(file: string, check: ShardCheck, found: string, place: ShardPlace = {}) {
    const { block, row } = place;
    const where = `${block === undefined ? "" : `, block ${block}`}${
      row === undefined ? "" : `, row ${row}`
    }`;
    super(`${file}${where} fails the check "${check}": ${found}; ${mendAdvice(file)}`);
    this.file = file;
    this.check = check;
    this.place = place;
  }
}
