package io.persistentmap.examples;

import io.persistentmap.PersistentMap;
import io.persistentmap.TypeRef;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * Values of a type with arguments: lists of records. {@link TypeRef} tells {@code open} the whole
 * type, so there is no cast, and {@code Visit} may be stored since the type names it.
 */
public final class Visits {
  private Visits() {}

  /**
   * A visit.
   *
   * @param day the day
   * @param reason what it was about
   */
  public record Visit(LocalDate day, String reason) {}

  /**
   * Makes {@code visits.map} in the working directory, or opens it, and adds a visit.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    try (PersistentMap<String, List<Visit>> visits =
        PersistentMap.open(
            Path.of("visits.map"), new TypeRef<String>() {}, new TypeRef<List<Visit>>() {})) {
      visits.putIfAbsent("Ada", new ArrayList<>());
      List<Visit> ofAda = visits.getOrDefault("Ada", List.of());
      ofAda.add(new Visit(LocalDate.of(1833, 6, 5).plusDays(ofAda.size()), "the engine"));
      visits.checkpoint(); // the list is live: what was added to it is in the checkpoint
      ofAda.forEach(visit -> System.out.println(visit.day() + ": " + visit.reason()));
    }
  }
}
