package io.persistentmap.index;

/** What the making of a checkpoint is told of a key. */
public enum KeyState {
  /** Nobody holds it at this moment. */
  FREE,

  /** Somebody runs a function on it. */
  HELD,

  /** Its holder is this thread, or waits for it or for a checkpoint: to wait would be for ever. */
  FUTILE
}
