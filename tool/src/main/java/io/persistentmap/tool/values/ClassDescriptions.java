package io.persistentmap.tool.values;

import java.util.HashMap;
import java.util.Map;

/**
 * The classes of a store, by number and by label. The label of a class is its name; if several
 * numbers have the same name, since its fields have changed, it is name, # and number.
 */
public final class ClassDescriptions {
  private final Map<Integer, Description> byNumber = new HashMap<>();
  private final Map<String, Integer> timesNamed = new HashMap<>();
  private final Map<String, Description> byLabel = new HashMap<>();

  /**
   * Adds a class. All classes are added before a label is asked for.
   *
   * @param number its number
   * @param text its description
   * @throws NotExpressibleException if this release does not know such a description; values of the
   *     class can be told as bytes only
   */
  public void add(int number, String text) throws NotExpressibleException {
    Description description = Description.parse(number, text);
    byNumber.put(number, description);
    if (timesNamed.merge(description.name(), 1, Integer::sum) == 1) {
      byLabel.put(description.name(), description);
    } else {
      byLabel.remove(description.name());
    }
    byLabel.put(description.name() + "#" + number, description);
  }

  Description of(int number) throws NotExpressibleException {
    Description description = byNumber.get(number);
    if (description == null) {
      throw new NotExpressibleException("class number " + number + " is not described");
    }
    return description;
  }

  String label(Description description) {
    return timesNamed.getOrDefault(description.name(), 0) > 1
        ? description.name() + "#" + description.number()
        : description.name();
  }

  Description labelled(String label) throws NotExpressibleException {
    Description description = byLabel.get(label);
    if (description == null) {
      throw new NotExpressibleException(
          timesNamed.containsKey(label)
              ? "class " + label + " has several numbers; write " + label + "#number"
              : "class " + label + " is not described in a line of its own before");
    }
    return description;
  }
}
