package io.persistentmap.inspect;

import java.nio.file.Path;

/**
 * What a compaction did.
 *
 * @param file the hash file
 * @param checkpoint number of its checkpoint, which has the same entries as the one before
 * @param entries how many
 * @param bytesBefore length of the hash file before
 * @param bytesAfter length of the hash file now
 */
public record Compacted(
    Path file, long checkpoint, long entries, long bytesBefore, long bytesAfter) {}
