package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;

import io.persistentmap.SnapshotMode;
import io.persistentmap.testing.BindMount;
import io.persistentmap.testing.FileSystemKind;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Guards that a store never has two writers, and that no acknowledged checkpoint is lost, through
 * random sequences of what programs and people do with the names of a store: it is opened under any
 * of them, natively or portably, by several processes and twice by one; linked, renamed, its side
 * files are removed, it is copied by the program itself, and processes are killed.
 */
final class NamesTortureTest {
  private static final int STEPS = 100;
  private static final List<String> SYSTEMS = List.of("native", "portable");

  @FileSystemTest({EXT4, XFS, BTRFS})
  void names_atRandom_oneWriterAndNothingLost(Path directory, FileSystemKind kind)
      throws Exception {
    boolean reflink = kind.supportsReflinks();
    Torture torture =
        Torture.begin(
            "names",
            1.0 / 3,
            1,
            "one store under many names, " + STEPS + " steps",
            kind,
            reflink ? SnapshotMode.REFLINK : SnapshotMode.IN_PLACE);
    SplittableRandom seeds = new SplittableRandom(TestSeeds.next("NamesTortureTest." + kind));
    for (int number = 0; torture.goesOn(); number++) {
      long seed = seeds.nextLong();
      Path place = Files.createDirectory(directory.resolve("case" + number));
      try (Life life = new Life(place, seed, reflink, torture)) {
        life.run();
      } catch (AssertionError e) {
        torture.violation("seed " + seed + ": " + e.getMessage());
      }
    }
    torture.end();
  }

  /** A map that a process has open. */
  private record Open(int process, String name, String system, boolean writes, Path path) {}

  /** One store, its names, and who has it. */
  private static final class Life implements AutoCloseable {
    private static final int PROCESSES = 2;

    private final SplittableRandom random;
    private final boolean reflink;
    private final Torture torture;
    private final Path file;
    private final Path hardLink;
    private final Path renamed;
    private final BindMount directoryMount;
    private final List<Path> names;
    private final NamesProcess[] processes = new NamesProcess[PROCESSES];
    private final List<Open> open = new ArrayList<>();
    private final List<String> did = new ArrayList<>();
    private long acknowledged;
    private long last;
    private int maps;

    /** Whether the file has not been closed since it was written. */
    private boolean unclean;

    /** Whether the lock of the hash file is all there is. */
    private boolean sideFilesRemoved;

    /** Whether the program has dropped the lock of the hash file, by copying it portably. */
    private boolean weak;

    Life(Path place, long seed, boolean reflink, Torture torture)
        throws IOException, InterruptedException {
      this.random = new SplittableRandom(seed);
      this.reflink = reflink;
      this.torture = torture;
      Path home = Files.createDirectory(place.resolve("home"));
      this.file = home.resolve("store");
      this.hardLink = place.resolve("hard link");
      this.renamed = place.resolve("renamed");
      for (int i = 0; i < PROCESSES; i++) {
        processes[i] = NamesProcess.start();
      }
      open(0, "native", true, file, true);
      put(open.get(0));
      close(open.get(0), "close");
      Path link = Files.createSymbolicLink(place.resolve("link"), file);
      Path linked = Files.createSymbolicLink(place.resolve("linked"), home);
      directoryMount = BindMount.mount(home, place.resolve("mounted"));
      names =
          List.of(file, link, linked.resolve("store"), place.resolve("mounted/store"), hardLink);
    }

    void run() throws IOException, InterruptedException {
      for (int i = 0; i < STEPS; i++) {
        step();
      }
      for (Open each : List.copyOf(open)) {
        close(each, "close");
      }
      Files.deleteIfExists(hardLink);
      open(0, "native", true, file, true);
      close(open.get(0), "close");
    }

    private void step() throws IOException, InterruptedException {
      int dice = random.nextInt(100);
      Open some = open.isEmpty() ? null : open.get(random.nextInt(open.size()));
      if (dice < 45 || some == null) {
        String system = SYSTEMS.get(random.nextInt(2));
        Path name = names.get(random.nextInt(names.size()));
        open(random.nextInt(PROCESSES), system, random.nextInt(3) > 0, name, false);
      } else if (dice < 65) {
        put(some);
      } else if (dice < 75) {
        close(some, random.nextInt(3) == 0 ? "discard" : "close");
      } else if (dice < 82) {
        link();
      } else if (dice < 89) {
        rename();
      } else if (dice < 93) {
        removeSideFiles();
      } else if (dice < 97) {
        copy(some);
      } else {
        kill(some.process);
      }
    }

    private void open(int process, String system, boolean writes, Path name, boolean must)
        throws IOException, InterruptedException {
      if (Files.notExists(name) && !must) {
        return;
      }
      String map = "map" + ++maps;
      String access = writes ? "writer" : "reader";
      String answer = perform(process, "open", map, system, access, "AUTO", name.toString());
      boolean taken = open.stream().anyMatch(other -> other.writes || writes);
      if (answer.startsWith("ok ")) {
        require(!taken, "opened although somebody has it: " + answer);
        open.add(new Open(process, map, system, writes, name));
        String value = perform(process, "get", map, "n");
        require(
            value.equals("ok " + (acknowledged == 0 ? "null" : acknowledged)),
            value + ", expected " + acknowledged);
        last = acknowledged;
      } else if (answer.startsWith("FileLockedException ")) {
        require(taken, "refused although nobody has it: " + answer);
      } else {
        boolean several = Files.exists(hardLink);
        require(reflink && !taken && unclean && several && !must, "refused: " + answer);
      }
    }

    /** The writer's; a reader can't. */
    private void put(Open map) throws IOException, InterruptedException {
      if (!map.writes) {
        return;
      }
      last++;
      unclean = true;
      ok(perform(map.process, "put", map.name, "n", Long.toString(last)));
      if (random.nextInt(3) > 0) {
        ok(perform(map.process, "checkpoint", map.name));
        acknowledged = last;
      }
    }

    private void close(Open map, String how) throws IOException, InterruptedException {
      ok(perform(map.process, how, map.name));
      forget(map);
      if (map.writes) {
        boolean closed = how.equals("close");
        acknowledged = closed ? last : acknowledged;
        unclean &= !closed;
      }
    }

    private void forget(Open map) {
      open.remove(map);
      if (open.isEmpty()) {
        weak = false;
        sideFilesRemoved = false;
      }
    }

    /** Not beside a lock that only the lock file of the other name has. */
    private void link() throws IOException {
      if (open.stream().anyMatch(map -> map.path.equals(hardLink))) {
        return;
      }
      if (Files.exists(hardLink)) {
        Files.delete(hardLink);
        did.add("unlink");
      } else if (!weak) {
        Files.createLink(hardLink, file);
        did.add("link");
      }
    }

    /** For a moment; meanwhile who has the store open can't write, and nobody else can open it. */
    private void rename() throws IOException, InterruptedException {
      if (weak || open.isEmpty()) {
        return;
      }
      did.add("rename");
      Files.move(file, renamed);
      for (Open map : open) {
        // By a second name it still is where it was.
        boolean lost = !map.path.equals(hardLink);
        if (map.writes) {
          last++;
          ok(perform(map.process, "put", map.name, "n", Long.toString(last)));
          String answer = perform(map.process, "checkpoint", map.name);
          require(answer.startsWith(lost ? "FileAccessException " : "ok "), answer);
          unclean = true;
          acknowledged = lost ? acknowledged : last;
        }
      }
      boolean write = open.get(0).writes || random.nextBoolean();
      int process = random.nextInt(PROCESSES);
      String system = SYSTEMS.get(random.nextInt(2));
      if (write) {
        String answer =
            perform(process, "open", "none", system, "writer", "AUTO", renamed.toString());
        require(answer.startsWith("FileLockedException "), answer);
      }
      Files.move(renamed, file);
    }

    private void removeSideFiles() throws IOException {
      if (!weak) {
        did.add("remove side files");
        for (String suffix : List.of(".lock", ".holder")) {
          Files.deleteIfExists(Path.of(file + suffix));
          Files.deleteIfExists(Path.of(hardLink + suffix));
        }
        sideFilesRemoved = !open.isEmpty();
      }
    }

    private void copy(Open map) throws IOException, InterruptedException {
      boolean weakens = open.stream().anyMatch(each -> each.system.equals("portable"));
      if (weakens && (sideFilesRemoved || Files.exists(hardLink) || !map.writes)) {
        return;
      }
      ok(perform(map.process, "copy", file.toString()));
      weak |= weakens;
    }

    private void kill(int process) throws IOException, InterruptedException {
      did.add("kill " + process);
      processes[process].kill();
      processes[process].close();
      for (Open map : List.copyOf(open)) {
        if (map.process == process) {
          forget(map);
        }
      }
      processes[process] = NamesProcess.start();
    }

    private String perform(int process, String... command)
        throws IOException, InterruptedException {
      String answer = processes[process].perform(command);
      did.add(process + " " + String.join(" ", command) + " -> " + answer);
      if (!command[0].equals("get") && !command[0].equals("put")) {
        torture.count(outcome(command[0], answer));
      }
      return answer;
    }

    private static String outcome(String command, String answer) {
      String result = answer.substring(0, Math.max(0, answer.indexOf(' ')));
      return command + ": " + (result.equals("ok") ? "done" : result);
    }

    private void ok(String answer) {
      require(answer.startsWith("ok "), answer);
    }

    private void require(boolean right, String what) {
      if (!right) {
        throw new AssertionError(what + ", after\n  " + String.join("\n  ", did));
      }
    }

    @Override
    public void close() throws IOException {
      for (@Nullable NamesProcess process : processes) {
        if (process != null) {
          process.close();
        }
      }
      directoryMount.close();
    }
  }
}
