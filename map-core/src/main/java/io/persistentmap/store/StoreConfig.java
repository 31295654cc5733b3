package io.persistentmap.store;

import io.persistentmap.CloseMode;
import io.persistentmap.SnapshotMode;
import io.persistentmap.platform.FileSystem;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a store is opened with.
 *
 * @param files the names of its files
 * @param snapshotMode how checkpoints are made durable
 * @param closeMode what closing does
 * @param closeTimeout how long closing waits for functions that hold keys
 * @param readOnly whether nothing on disk may change but the lock file
 * @param acceptOlder whether an older checkpoint is accepted if the newest can't be read
 * @param map the one map that it is opened for, or null if maps are asked for later
 * @param sectionHold how long an atomic section is held at the most, so that a checkpoint can be
 *     cut
 * @param sectionTimeout how long a checkpoint waits for atomic sections
 * @param fileSystem the system calls
 */
public record StoreConfig(
    StoreFiles files,
    SnapshotMode snapshotMode,
    CloseMode closeMode,
    Duration closeTimeout,
    boolean readOnly,
    boolean acceptOlder,
    @Nullable WantedMap map,
    Duration sectionHold,
    Duration sectionTimeout,
    FileSystem fileSystem) {}
