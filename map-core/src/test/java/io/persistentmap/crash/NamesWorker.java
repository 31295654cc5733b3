package io.persistentmap.crash;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.inspect.Backup;
import io.persistentmap.inspect.Inspector;
import io.persistentmap.inspect.Progress;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.PortableFiles;
import io.persistentmap.store.StoreFiles;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;

/**
 * Does to stores what it is told, one command after the other, each with one answer: "ok ...", or
 * the simple name of an exception and its message. A test has it in its own process, or as a child.
 */
final class NamesWorker {
  private static final String SEPARATOR = "\t";

  private final Map<String, PersistentMap<String, String>> maps = new HashMap<>();
  private int copies;

  /** Answers the commands on its standard input until that ends. */
  public static void main(String[] arguments) {
    NamesWorker worker = new NamesWorker();
    Scanner in = new Scanner(System.in, "UTF-8");
    while (in.hasNextLine()) {
      String answer = worker.perform(in.nextLine().split(SEPARATOR, -1));
      System.out.println(answer.replace('\n', ' '));
    }
    Runtime.getRuntime().halt(0);
  }

  static String line(String... command) {
    return String.join(SEPARATOR, command);
  }

  /** Performs a command. */
  String perform(String... command) {
    try {
      return "ok " + result(command);
    } catch (PersistentMapException e) {
      return e.getClass().getSimpleName() + " " + e.getMessage();
    } catch (ReflectiveOperationException e) {
      return String.valueOf(e.getCause() == null ? e : e.getCause());
    } catch (Exception e) {
      return "WRONG " + e;
    }
  }

  private String result(String... command) throws Exception {
    String name = command[1];
    return switch (command[0]) {
      case "open" -> open(name, command[2], command[3], command[4], Path.of(command[5]));
      case "put" -> String.valueOf(map(name).put(command[2], command[3]));
      case "get" -> String.valueOf(map(name).get(command[2]));
      case "checkpoint" -> String.valueOf(map(name).checkpoint().number());
      case "close" -> close(name);
      case "discard" -> discard(name);
      case "copy" -> copy(Path.of(name));
      case "inspect" -> inspect(files(command[2]), Path.of(name));
      case "open elsewhere" -> openInAnotherLoader(Path.of(name));
      default -> throw new IllegalArgumentException(command[0]);
    };
  }

  private PersistentMap<String, String> map(String name) {
    PersistentMap<String, String> map = maps.get(name);
    if (map == null) {
      throw new IllegalStateException("no map " + name);
    }
    return map;
  }

  private static FileSystem files(String system) {
    return system.equals("portable") ? PortableFiles.create() : FileSystem.ofPlatform();
  }

  private String open(String name, String system, String access, String mode, Path file) {
    PersistentMap<String, String> map =
        FaultInjection.into(PersistentMap.builder(String.class, String.class), files(system))
            .readOnly(access.equals("reader"))
            .snapshotMode(SnapshotMode.valueOf(mode))
            .open(file);
    maps.put(name, map);
    return map.recovery().toString();
  }

  private String close(String name) {
    map(name).close();
    maps.remove(name);
    return "closed";
  }

  private String discard(String name) {
    map(name).close(CloseMode.DISCARD);
    maps.remove(name);
    return "discarded";
  }

  /** What any program may do to its own store. */
  private String copy(Path file) throws IOException {
    Path copy = file.resolveSibling(file.getFileName() + ".copy" + ++copies);
    Files.copy(file, copy);
    Files.delete(copy);
    return "copied";
  }

  /** Everything of ours that reads the files of a store that is open. */
  private String inspect(FileSystem files, Path file) throws IOException {
    Path copy = file.resolveSibling(file.getFileName() + ".backup" + ++copies);
    StoreFiles names = StoreFiles.of(file);
    var backedUp = Backup.run(files, names, copy, true, Progress.NONE);
    var report = Inspector.look(files, names);
    Files.delete(copy);
    return backedUp.checkpoint() + " " + report.inUse().isPresent();
  }

  /** With the same library, in a class loader of its own. */
  private static String openInAnotherLoader(Path file) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader loader =
        new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      Class<?> other = loader.loadClass(PersistentMap.class.getName());
      Method open = other.getMethod("open", Path.class, Class.class, Class.class);
      ((AutoCloseable) open.invoke(null, file, String.class, String.class)).close();
      return "opened";
    }
  }
}
