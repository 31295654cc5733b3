package io.persistentmap.store;

import io.persistentmap.CloseMode;
import io.persistentmap.SnapshotMode;
import io.persistentmap.index.KeyDecoder;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.serializer.ClassTable;
import io.persistentmap.serializer.CodecOptions;
import java.time.Duration;
import java.util.function.Function;

/**
 * What a store is opened with.
 *
 * @param files the names of its files
 * @param snapshotMode how checkpoints are made durable
 * @param closeMode what closing does
 * @param closeTimeout how long closing waits for functions that hold keys
 * @param readOnly whether nothing on disk may change but the lock file
 * @param acceptOlder whether an older checkpoint is accepted if the newest can't be read
 * @param map the map in it; its types are stored when the store is created
 * @param options what the user said about classes
 * @param keys makes, with the table of classes, what decodes keys about which equality decides
 * @param fileSystem the system calls
 */
public record StoreConfig(
    StoreFiles files,
    SnapshotMode snapshotMode,
    CloseMode closeMode,
    Duration closeTimeout,
    boolean readOnly,
    boolean acceptOlder,
    Catalog.MapDescription map,
    CodecOptions options,
    Function<ClassTable, KeyDecoder> keys,
    FileSystem fileSystem) {}
