/**
 * The log: one append point, and the segments behind it.
 *
 * <p>{@link io.persistentmap.log.Log} appends records to the tail and writes the tail to the file;
 * {@link io.persistentmap.log.SegmentTable} knows what each segment is used for and when it may be
 * used again. What a record means, and which records are live, is the index's business.
 */
@NullMarked
package io.persistentmap.log;

import org.jspecify.annotations.NullMarked;
