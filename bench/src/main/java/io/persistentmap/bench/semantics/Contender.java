package io.persistentmap.bench.semantics;

import io.persistentmap.PersistentMap;
import io.persistentmap.bench.ChronicleFlags;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.h2.mvstore.MVStore;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.Serializer;

/** A map that is compared: opened as its documentation says for serialisable objects in a file. */
enum Contender {
  PERSISTENT_MAP(
      "PersistentMap",
      "PersistentMap",
      "`PersistentMap.builder(Object.class, Object.class).allowPackage(the rows' classes).open(file)`;"
          + " saved by `checkpoint()`.") {
    @Override
    OpenMap open(Path directory) {
      PersistentMap<Object, Object> map =
          PersistentMap.builder(Object.class, Object.class)
              .allowPackage(Contender.class.getPackageName())
              .open(directory.resolve("idiom.map"));
      return new OpenMap(map, map::checkpoint, map::close);
    }
  },
  HASH_MAP("HashMap", "", "In memory: each row's measure, if it says no other.") {
    @Override
    OpenMap open(Path directory) {
      return inMemory(new HashMap<>());
    }
  },
  CONCURRENT_HASH_MAP("ConcurrentHashMap", "", "In memory: as good a measure, where it differs.") {
    @Override
    OpenMap open(Path directory) {
      return inMemory(new ConcurrentHashMap<>());
    }
  },
  CHRONICLE_MAP(
      "Chronicle Map",
      "ChronicleMap",
      "`ChronicleMapBuilder.of(Serializable.class, Serializable.class)`, 1,000 entries, averages of"
          + " 100 and 200 bytes, `createPersistedTo(file)`, with the `--add-exports` and `--add-opens`"
          + " that it asks for; it has nothing to save by, all is in the mapped file at once.") {
    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // what is not Serializable, it is to refuse itself
    OpenMap open(Path directory) {
      try {
        ChronicleMap map =
            ChronicleMapBuilder.of(Serializable.class, Serializable.class)
                .name("idiom")
                .entries(1_000)
                .averageKeySize(100)
                .averageValueSize(200)
                .createPersistedTo(directory.resolve("idiom.chronicle").toFile());
        return new OpenMap(map, () -> {}, map::close);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  },
  MAPDB(
      "MapDB",
      "MapDB",
      "`DBMaker.fileDB(file).transactionEnable().make().hashMap(name, Serializer.JAVA,"
          + " Serializer.JAVA).createOrOpen()`; saved by `commit()`, also before `close()`.") {
    @Override
    @SuppressWarnings("unchecked") // Serializer.JAVA is raw in all but name
    OpenMap open(Path directory) {
      DB db = DBMaker.fileDB(directory.resolve("idiom.mapdb").toFile()).transactionEnable().make();
      Map<Object, Object> map =
          db.hashMap("idiom", Serializer.JAVA, Serializer.JAVA).createOrOpen();
      return new OpenMap(
          map,
          db::commit,
          () -> {
            db.commit();
            db.close();
          });
    }
  },
  MVSTORE(
      "MVStore",
      "MVStore",
      "`MVStore.open(file).openMap(name)`, with its own serialisation and background commits; saved"
          + " by `commit()`.") {
    @Override
    OpenMap open(Path directory) {
      MVStore store = MVStore.open(directory.resolve("idiom.mv").toString());
      return new OpenMap(store.openMap("idiom"), store::commit, store::close);
    }
  };

  final String title;
  final String configuration;
  private final String versionKey;

  Contender(String title, String versionKey, String configuration) {
    this.title = title;
    this.versionKey = versionKey;
    this.configuration = configuration;
  }

  /** Opens the map of a directory, or creates it. */
  abstract OpenMap open(Path directory);

  /** Says whether there is a file. */
  boolean persists() {
    return !versionKey.isEmpty();
  }

  List<String> jvmFlags() {
    return this == CHRONICLE_MAP ? ChronicleFlags.ALL : List.of();
  }

  /** Returns name and version; those of the JDK's maps have none. */
  String titleAndVersion() {
    if (!persists()) {
      return title;
    }
    Properties versions = new Properties();
    try (InputStream in = Contender.class.getResourceAsStream("versions.properties")) {
      versions.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return title + " " + versions.getProperty(versionKey);
  }

  private static OpenMap inMemory(Map<Object, Object> map) {
    return new OpenMap(map, () -> {}, () -> {});
  }
}
