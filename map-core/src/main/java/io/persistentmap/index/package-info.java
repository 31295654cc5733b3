/**
 * The index: from the hash of a key to the address of its record.
 *
 * <p>{@link io.persistentmap.index.SlotTable} is the table of a shard, {@link
 * io.persistentmap.index.Shard} its lock and version, {@link io.persistentmap.index.HashIndex} the
 * shards of one map. What a record's bytes mean as objects is not known here, and no user code is
 * called under a shard's lock.
 */
@NullMarked
package io.persistentmap.index;

import org.jspecify.annotations.NullMarked;
