package io.persistentmap;

import java.time.Duration;

/**
 * What a call of {@link PersistentMap#checkpoint} did.
 *
 * @param number number of the checkpoint that is now durable; each successful one has the next
 * @param bytes bytes of log that it wrote; 0 if nothing had changed since the last checkpoint
 * @param stop how long changes had to wait; reads never wait
 * @param total how long the call took, without waiting for a checkpoint of somebody else
 * @param liveValues live values that were looked at, each to see whether it has changed
 * @param changedValues live values that had changed, and were written
 * @param dirtyPass how long that took; changes went on meanwhile
 * @param gate how long the gate for atomic sections was closed, so that those that began waited
 */
public record Checkpoint(
    long number,
    long bytes,
    Duration stop,
    Duration total,
    long liveValues,
    long changedValues,
    Duration dirtyPass,
    Duration gate) {}
