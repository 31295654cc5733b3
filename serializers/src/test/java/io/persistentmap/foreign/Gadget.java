package io.persistentmap.foreign;

import java.util.ArrayList;

/** A class that no map may hold. Whoever runs any code of it is found out. */
@SuppressWarnings("serial")
public class Gadget extends ArrayList<Object> {
  static {
    Alarm.raise("initialised");
  }

  /** Does what an attacker wants. */
  public Gadget() {
    Alarm.raise("instantiated");
  }
}
