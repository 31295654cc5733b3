/**
 * The index: from the hash of a key to the address of its record.
 *
 * <p>{@link io.persistentmap.index.SlotTable} is the table of a shard, {@link
 * io.persistentmap.index.Shard} its lock and version, {@link io.persistentmap.index.HashIndex} the
 * shards of one map, {@link io.persistentmap.index.RecordLookup} what slots name.
 *
 * <p>What a record's bytes mean as objects is not known here, but that {@link
 * io.persistentmap.index.KeyDecoder} makes a stored key an object again, where {@code equals} and
 * {@code hashCode} decide about it. That is user code, and it is called without any lock: what it
 * must decide is asked with the shard's lock given back, remembered by LSN ({@link
 * io.persistentmap.index.LsnSet}), and the lock taken again. Whoever starves so does because others
 * succeed.
 *
 * <p>User code that runs under a shard's lock all the same is not the index's: the cache is told of
 * changes there, and calls the {@code hashCode} of a record whose bytes are compared, which may be
 * one of its own; and the table of live values looks keys up there.
 */
@NullMarked
package io.persistentmap.index;

import org.jspecify.annotations.NullMarked;
