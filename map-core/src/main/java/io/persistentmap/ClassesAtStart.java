package io.persistentmap;

import io.persistentmap.format.LogPosition;

/**
 * Initialises all classes that the first change, look-up or checkpoint would initialise otherwise.
 *
 * <p>An error in a static initialiser, such as one for want of memory or stack, spoils the class
 * for the rest of the process: each later use throws NoClassDefFoundError. So it is to come while a
 * map is being opened, where nothing is there that could be lost; not under a lock, with bytes of
 * the log half written. The same holds for what the JDK initialises when the first record is
 * compared.
 */
final class ClassesAtStart {
  private static volatile boolean done;

  private ClassesAtStart() {}

  /**
   * Initialises them, at the first call in a process.
   *
   * @throws LinkageError if that can't be done, now or ever in this process
   */
  static void initialise() {
    if (!done) {
      initialiseAll();
      done = true;
    }
  }

  private static void initialiseAll() {
    ClassLoader loader = ClassesAtStart.class.getClassLoader();
    for (String name : names()) {
      try {
        Class.forName("io.persistentmap." + name, true, loader);
      } catch (ClassNotFoundException e) {
        // One that another compiler has not made: tables of a switch.
      }
    }
    if (!new LogPosition(0, 1, 2).equals(new LogPosition(0, 1, 2))) {
      throw new IllegalStateException("records are not compared by their components");
    }
  }

  /** Returns those that have a static initialiser, without their common beginning. */
  static String[] names() {
    return new String[] {
      "CloseMode",
      "Decision$Verdict",
      "PersistentStoreBuilder",
      "PersistentMapBuilder$1",
      "Recovery$Source",
      "SnapshotMode",
      "Snapshots$Status",
      "ValueMode",
      "format.ForeignFile",
      "format.ForeignFile$Directory",
      "format.RecordLayout",
      "format.Superblock",
      "index.AddressSet",
      "index.HashIndex",
      "index.HashIndex$When",
      "index.Hashing",
      "index.IndexImage",
      "index.Indexes",
      "index.KeyLock",
      "index.KeyState",
      "index.OverdueKeys",
      "index.RecordLookup",
      "index.RecordLookup$Match",
      "index.Shard",
      "log.Log",
      "log.RecordBuffer",
      "log.Segment$Blocks",
      "log.Segment$State",
      "log.SegmentTable",
      "log.SegmentTable$1",
      "log.Tail",
      "platform.BlockedThreads",
      "platform.FileIdentity",
      "platform.NativeAccess",
      "platform.OffHeapMemory",
      "platform.PortableFileSystem",
      "platform.PortableLock",
      "platform.ProcessLocks",
      "serializer.ByteReader",
      "serializer.ByteWriter",
      "serializer.ClassNames",
      "serializer.ClassTable",
      "serializer.CollectionCalls",
      "serializer.ContainerType",
      "serializer.Graph",
      "serializer.GraphInput",
      "serializer.GraphOutput",
      "serializer.GraphReader",
      "serializer.GraphWriter",
      "serializer.Hierarchy",
      "serializer.Immutability",
      "serializer.Instantiator",
      "serializer.MapCalls",
      "serializer.OwnLocks",
      "serializer.Primitives",
      "serializer.RecordShape",
      "serializer.Schema$1",
      "serializer.Schema$Kind",
      "serializer.SkippingForm$1",
      "serializer.StoredClasses$1",
      "serializer.TypeTraits",
      "store.ExitHook",
      "store.FailedCloses",
      "store.Leftovers",
      "store.LockHolder",
      "store.MapDescription$Kind",
      "store.Retries",
      "value.Fingerprint",
      "value.Initializers",
      "value.LiveEntry$Parts",
      "value.MonitorHold",
      "value.MonitorPartner",
      "value.Monitors",
      "value.OwnWriter",
      "value.PassRun$1",
      "value.StorableValues",
      "value.Visitor",
      "value.Writing",
      "value.Writing$Outcome"
    };
  }
}
