package io.persistentmap;

/**
 * Figures of a map at one moment; each is exact, but they are not taken at once.
 *
 * @param entries number of entries
 * @param liveValues values that are objects of the heap, kept there until the entry is removed, the
 *     map is cleared or closed
 * @param checkpoint number of the last successful checkpoint
 * @param strategy how checkpoints are made durable
 * @param liveBytes bytes of the log that entries need
 * @param logBytes bytes of all segments that hold records
 * @param waitingBytes bytes of segments that the cleaner has emptied, and that are free after the
 *     next checkpoints
 * @param imageBytes bytes of segments that hold index images
 * @param freeBytes bytes of segments that are free for reuse
 * @param cleanedSegments segments that the cleaner has emptied since the map was opened
 * @param relocatedBytes bytes that it had to move for that
 */
public record Stats(
    long entries,
    long liveValues,
    long checkpoint,
    SnapshotMode strategy,
    long liveBytes,
    long logBytes,
    long waitingBytes,
    long imageBytes,
    long freeBytes,
    long cleanedSegments,
    long relocatedBytes) {}
