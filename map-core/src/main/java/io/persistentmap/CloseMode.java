package io.persistentmap;

/** What {@link PersistentMap#close} does with changes since the last checkpoint. */
public enum CloseMode {
  /** Makes a checkpoint: nothing is lost. The default. */
  CHECKPOINT,
  /** Drops them: the next open gives the state of the last checkpoint. */
  DISCARD
}
