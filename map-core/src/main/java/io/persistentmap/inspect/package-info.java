/**
 * Looking into the files of a store, and mending them: what the command line tool is made of.
 *
 * <p>{@link io.persistentmap.inspect.Verifier} checks every byte that counts, {@link
 * io.persistentmap.inspect.Salvage} reads what the engine refuses, {@link
 * io.persistentmap.inspect.Backup}, {@link io.persistentmap.inspect.Restore} and {@link
 * io.persistentmap.inspect.Compaction} make whole files of parts, and give them their names last.
 *
 * <p>Its own reader of the log goes by the segments' sequences alone ({@link
 * io.persistentmap.inspect.LogState}), where the engine's replay follows links and images: so one
 * proves the other. For the tool and for tests; no part of the API that is kept stable.
 */
@NullMarked
package io.persistentmap.inspect;

import org.jspecify.annotations.NullMarked;
