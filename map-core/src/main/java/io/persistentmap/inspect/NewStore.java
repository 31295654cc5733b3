package io.persistentmap.inspect;

import io.persistentmap.format.RecordLayout;
import io.persistentmap.platform.FileHold;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.MapDescription;
import io.persistentmap.store.StoreBuilder;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.store.StoreLock;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A store that is made of entries as bytes. It is written under a temporary name, and gets its own
 * when it is whole. Not thread-safe.
 */
public final class NewStore implements AutoCloseable {
  private final FileSystem files;
  private final StoreFiles names;
  private final StoreBuilder builder;
  private final FileHold hold;

  private NewStore(FileSystem files, StoreFiles names, StoreBuilder builder, FileHold hold) {
    this.hold = hold;
    this.files = files;
    this.names = names;
    this.builder = builder;
  }

  /**
   * Starts a store.
   *
   * @param path where there is none yet
   * @throws io.persistentmap.FileAccessException if there is one
   */
  public static NewStore create(FileSystem files, Path path) {
    StoreFiles names = StoreFiles.of(path);
    NewFile.requireNoStore(names);
    StoreLock.deleteLeftover(files, names.newHash());
    StoreBuilder builder = StoreBuilder.create(files, names.newHash(), UUID.randomUUID(), 1);
    try {
      return new NewStore(files, names, builder, StoreLock.holdNew(files, names.newHash()));
    } catch (Throwable e) {
      builder.close();
      throw e;
    }
  }

  /**
   * Says what keys and values of a map are.
   *
   * @param number of the map, from 1
   * @param keyType name of the declared class of the keys
   * @param valueType name of the declared class of the values
   * @param name name of the map
   */
  public void describeMap(int number, String keyType, String valueType, String name) {
    describe(RecordLayout.CATALOG, number, MapDescription.ofMap(name, keyType, valueType).bytes());
  }

  /**
   * Adds a map or a class, as its record in another store has it.
   *
   * @param kind of the record
   * @param number of the map or class
   * @param description of it
   */
  public void describe(int kind, int number, byte[] description) {
    builder.describe(kind, number, description);
  }

  /**
   * Adds an entry, whose key has not been added before.
   *
   * @param map the number of its map
   * @param byEquality whether equality decides about the key, and not its bytes
   * @param bytes the key, and behind it the value
   */
  public void add(
      int map, boolean byEquality, byte[] bytes, int from, int keyLength, int valueLength) {
    int flags = byEquality ? RecordLayout.BY_EQUALITY : 0;
    builder.add(map, flags, bytes, from, keyLength, valueLength);
  }

  /**
   * Completes the store, reads it back, and gives it its name.
   *
   * @return what reading it found
   */
  public FileCheck finish(Progress progress) {
    builder.finish();
    NewFile.requireNoStore(names); // somebody may have made one meanwhile
    return NewFile.name(files, names.newHash(), names.hash(), progress);
  }

  /** Deletes what was not finished. */
  @Override
  public void close() {
    try (hold) {
      builder.close();
    }
  }
}
