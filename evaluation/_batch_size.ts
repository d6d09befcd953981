/** Images of a forward pass, in which nothing is learned. */
export const BATCH_SIZE = 500;
