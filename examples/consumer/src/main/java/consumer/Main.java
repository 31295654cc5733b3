package consumer;

import io.persistentmap.PersistentMap;
import java.nio.file.Path;

/** Counts its own runs, each of which ends right after its checkpoint, as in a crash. */
public final class Main {
  private Main() {}

  /**
   * Counts one more.
   *
   * @param arguments the file of the map
   */
  public static void main(String[] arguments) {
    PersistentMap<String, Guest> guests =
        PersistentMap.open(Path.of(arguments[0]), String.class, Guest.class);
    int visits = guests.computeIfAbsent("Ada", name -> new Guest()).visit();
    guests.checkpoint();
    guests.put("after the checkpoint", new Guest());
    System.out.println("visit " + visits + ", guests " + guests.size());
    Runtime.getRuntime().halt(0); // nothing is closed
  }
}
