package io.persistentmap.inspect;

import java.nio.file.Path;
import java.time.Instant;

/**
 * What a backup is.
 *
 * @param source the file that it was made from
 * @param target the backup: a closed hash file
 * @param checkpoint number of its checkpoint
 * @param time when that was taken
 * @param entries its entries
 * @param bytes its length
 * @param shared whether it shares blocks with the source, and so needs no space of its own yet, and
 *     is no protection against the device
 * @param attempts how often it was begun
 */
public record BackedUp(
    Path source,
    Path target,
    long checkpoint,
    Instant time,
    long entries,
    long bytes,
    boolean shared,
    int attempts) {}
